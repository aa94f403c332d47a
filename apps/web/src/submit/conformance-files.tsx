import type { ReactNode } from 'react';
import { formatBytes } from '../format/numbers.js';
import { TextField } from '../ui/field.js';
import { FileHead, Group } from './chosen-files-view.js';
import type { Chosen, ChosenCase } from './chosen-files.js';

/** The author's own case: images and the label map that the author's framework made of them. Optional. */
export function ConformanceFiles({
  chosen: { conformance },
  faults,
  onChange,
}: {
  readonly chosen: Chosen;
  readonly faults: readonly string[];
  readonly onChange: (next: ChosenCase) => void;
}): ReactNode {
  const { images, labels } = conformance;
  const some = images.length > 0 || labels !== null;
  return (
    <details className="raw conformance" open={some || faults.length > 0 || undefined}>
      <summary>Your own case, to see that nothing was lost on the way (optional)</summary>
      <div className="conformance-body">
        <p className="fine">
          An image, and the label map that your own framework made of it, as NIfTI files. The platform segments the
          image, too, and shows the agreement for each label. Nobody else sees these files.
        </p>
        <div className="form-row">
          <FilePicker
            label="Image"
            hint="One file for each channel, in the order of the manifest."
            multiple
            onFiles={(files) => onChange({ ...conformance, images: files })}
          />
          <FilePicker
            label="Expected label map"
            hint="On the grid of the image."
            onFiles={([file]) => onChange({ ...conformance, labels: file ?? null })}
          />
        </div>
        {(some || faults.length > 0) && (
          <Group title="Conformance case" faults={faults}>
            <div className="file-card">
              {images.map((image) => (
                <FileHead
                  key={image.name}
                  ok
                  name={image.name}
                  note={`image, ${formatBytes(image.size)}`}
                  onRemove={() => onChange({ ...conformance, images: images.filter((one) => one !== image) })}
                />
              ))}
              {labels !== null && (
                <FileHead
                  ok
                  name={labels.name}
                  note={`label map, ${formatBytes(labels.size)}`}
                  onRemove={() => onChange({ ...conformance, labels: null })}
                />
              )}
            </div>
          </Group>
        )}
      </div>
    </details>
  );
}

function FilePicker({
  label,
  hint,
  multiple = false,
  onFiles,
}: {
  readonly label: string;
  readonly hint: string;
  readonly multiple?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}): ReactNode {
  return (
    <TextField
      label={label}
      hint={hint}
      type="file"
      accept=".nii,.nii.gz,.gz"
      multiple={multiple}
      onChange={(event) => {
        if (event.target.files && event.target.files.length > 0) onFiles(Array.from(event.target.files));
        event.target.value = '';
      }}
    />
  );
}
