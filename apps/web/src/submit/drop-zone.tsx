import { useState, type DragEvent, type ReactNode } from 'react';
import { Icon } from '../ui/icons.js';

/** Takes files by drag and drop, by click and by keyboard (the input inside is a real one). */
export function DropZone({
  onFiles,
  disabled,
  children,
}: {
  readonly onFiles: (files: File[]) => void;
  readonly disabled: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const [over, setOver] = useState(false);
  const take = (list: FileList | null): void => {
    if (list && list.length > 0) onFiles(Array.from(list));
  };
  const dragged = (event: DragEvent): void => {
    event.preventDefault();
    if (!disabled) setOver(event.type !== 'dragleave' && event.type !== 'drop');
    if (event.type === 'drop' && !disabled) take(event.dataTransfer.files);
  };
  return (
    <label
      className={over ? 'drop-zone drop-over' : 'drop-zone'}
      onDragEnter={dragged}
      onDragOver={dragged}
      onDragLeave={dragged}
      onDrop={dragged}
    >
      <input
        type="file"
        multiple
        accept=".onnx,.json,.nii,.gz,application/json,application/octet-stream"
        disabled={disabled}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = ''; // the same file may be chosen again after it was corrected
        }}
      />
      <Icon name="upload" size={26} />
      {children}
    </label>
  );
}
