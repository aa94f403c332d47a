import { useId } from 'react';
import type { ReactNode } from 'react';
import { matchingPreset, tidyWindow } from './grey-window.js';
import type { GreyWindow } from './grey-window.js';
import { Icon } from './icons.js';
import type { IconName } from './icons.js';
import type { NamedWindow } from './window-presets.js';
import type { Cine } from './use-cine.js';
import { CINE_RATES } from './use-cine.js';
import type { KeyMap } from './keyboard.js';
import type { DragTool } from './use-plane-gestures.js';
import { sidePlane } from './view-state.js';
import type { Layout, OverlayMode } from './view-state.js';

interface ToolWords {
  readonly tool: DragTool;
  readonly name: string;
  readonly does: string;
}
const TOOLS: readonly ToolWords[] = [
  { tool: 'crosshair', name: 'Crosshair', does: 'Drag moves the crosshair in all planes' },
  { tool: 'scroll', name: 'Scroll', does: 'Drag up or down goes through the slices' },
  { tool: 'window', name: 'Window', does: 'Drag changes brightness and contrast' },
  { tool: 'pan', name: 'Pan', does: 'Drag moves the picture' },
  { tool: 'zoom', name: 'Zoom', does: 'Drag up or down zooms' },
];

const MEASURING: readonly ToolWords[] = [
  { tool: 'length', name: 'Length', does: 'Length: drag, or click both ends' },
  { tool: 'angle', name: 'Angle', does: 'Angle: click arm, vertex, arm' },
  { tool: 'roi', name: 'Ellipse', does: 'Ellipse: mean, SD and area of the slice inside' },
  { tool: 'probe', name: 'Probe', does: 'Probe: value and labels at a click' },
];

export interface ToolbarProps {
  readonly disabled: boolean;
  readonly keys: KeyMap;
  readonly cine: Cine;
  readonly onCine: () => void;
  readonly tool: DragTool;
  readonly onTool: (tool: DragTool) => void;
  readonly presets: readonly NamedWindow[];
  readonly window: GreyWindow;
  readonly onWindow: (window: GreyWindow) => void;
  readonly valueUnit: string;
  readonly inverted: boolean;
  readonly onInvert: () => void;
  readonly showCrosshair: boolean;
  readonly onCrosshair: () => void;
  readonly mode: OverlayMode;
  /** Null where there is nothing to compare. */
  readonly onMode: ((mode: OverlayMode) => void) | null;
  readonly layout: Layout;
  readonly canCompare: boolean;
  readonly onLayout: (layout: Layout) => void;
  readonly onPicture: () => void;
  readonly onReset: () => void;
  readonly onHelp: () => void;
}

export function Toolbar(props: ToolbarProps): ReactNode {
  const { disabled } = props;
  return (
    <div className="vmv-toolbar" role="toolbar" aria-label="Viewer tools">
      <div className="vmv-group" role="group" aria-label="What dragging does">
        {TOOLS.map(({ tool, name, does }) => (
          <ToolButton
            key={tool}
            icon={tool}
            name={name}
            title={`${does} (${props.keys[`tool-${tool}`]})`}
            pressed={props.tool === tool}
            disabled={disabled}
            onClick={() => props.onTool(tool)}
          />
        ))}
      </div>
      <div className="vmv-group" role="group" aria-label="Measure">
        {MEASURING.map(({ tool, name, does }) => (
          <ToolButton
            key={tool}
            icon={tool}
            name={name}
            short
            title={`${does} (${props.keys[`tool-${tool}`]})`}
            pressed={props.tool === tool}
            disabled={disabled}
            onClick={() => props.onTool(tool)}
          />
        ))}
      </div>
      <WindowControls {...props} />
      <div className="vmv-group" role="group" aria-label="Display">
        <ToolButton
          icon="invert"
          name="Invert"
          short
          title={`Invert grey values (${props.keys.invert})`}
          pressed={props.inverted}
          disabled={disabled}
          onClick={props.onInvert}
        />
        <ToolButton
          icon="locate"
          name="Show crosshair"
          short
          title={`Crosshair lines on or off (${props.keys['toggle-crosshair']})`}
          pressed={props.showCrosshair}
          disabled={disabled}
          onClick={props.onCrosshair}
        />
        <ToolButton
          icon="reset"
          name="Reset view"
          short
          title={`Reset window, zoom and position (${props.keys.reset})`}
          disabled={disabled}
          onClick={props.onReset}
        />
        <ToolButton
          icon="camera"
          name="Save a picture"
          short
          title={`Save a picture with caption, PNG (${props.keys.screenshot})`}
          disabled={disabled}
          onClick={props.onPicture}
        />
      </div>
      <div className="vmv-group" role="group" aria-label="Cine">
        <ToolButton
          icon={props.cine.playing ? 'pause' : 'play'}
          name={props.cine.playing ? 'Stop playing' : 'Play the slices'}
          short
          title={`${props.cine.playing ? 'Stop' : 'Play the slices of a plane'} (${props.keys.cine})`}
          disabled={disabled}
          onClick={props.onCine}
        />
        {props.cine.playing && (
          <select
            className="vmv-field"
            aria-label="Slices per second"
            value={props.cine.perSecond}
            onChange={(event) => props.cine.setPerSecond(Number(event.target.value))}
          >
            {CINE_RATES.map((rate) => (
              <option key={rate} value={rate}>
                {rate} / s
              </option>
            ))}
          </select>
        )}
      </div>
      <div className="vmv-group" role="group" aria-label="Layout">
        <ToolButton
          icon="planes"
          name="Three planes"
          short
          title={`Three planes (${props.keys.layout})`}
          pressed={props.layout === 'planes'}
          disabled={disabled}
          onClick={() => props.onLayout('planes')}
        />
        <ToolButton
          icon="volume"
          name="Three planes and surfaces"
          short
          title={`Three planes and surfaces (${props.keys.layout})`}
          pressed={props.layout === 'surfaces'}
          disabled={disabled}
          onClick={() => props.onLayout('surfaces')}
        />
        {props.canCompare && (
          <ToolButton
            icon="grid"
            name="Predictions side by side"
            short
            title={`Predictions side by side (${props.keys.layout})`}
            pressed={sidePlane(props.layout) !== null}
            disabled={disabled}
            onClick={() => props.onLayout('sides-axial')}
          />
        )}
      </div>
      {props.onMode && <ModeSwitch mode={props.mode} onMode={props.onMode} disabled={disabled} />}
      <div className="vmv-bar-end">
        <p className="vmv-research" data-testid="research-only">
          <Icon name="warning" />
          Research only, not for care
        </p>
        <ToolButton
          icon="help"
          name="Keyboard and mouse"
          short
          title={`Keyboard and mouse (${props.keys.help})`}
          onClick={props.onHelp}
        />
      </div>
    </div>
  );
}

interface ToolButtonProps {
  readonly icon: IconName;
  readonly name: string;
  readonly title: string;
  /** Icon only; the name is then for assistive technology. */
  readonly short?: boolean;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

function ToolButton({ icon, name, title, short, pressed, disabled, onClick }: ToolButtonProps): ReactNode {
  return (
    <button
      type="button"
      className="vmv-button"
      title={title}
      aria-label={name}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      {!short && <span className="vmv-button-text">{name}</span>}
    </button>
  );
}

function ModeSwitch({
  mode,
  onMode,
  disabled,
}: {
  readonly mode: OverlayMode;
  readonly onMode: (mode: OverlayMode) => void;
  readonly disabled: boolean;
}): ReactNode {
  return (
    <div className="vmv-group vmv-segmented" role="group" aria-label="What is drawn over the image">
      <button
        type="button"
        className="vmv-button"
        aria-pressed={mode === 'overlays'}
        disabled={disabled}
        onClick={() => onMode('overlays')}
      >
        Overlays
      </button>
      <button
        type="button"
        className="vmv-button"
        aria-pressed={mode === 'errors'}
        title="Where prediction and reference differ (e)"
        disabled={disabled}
        onClick={() => onMode('errors')}
      >
        Error map
      </button>
    </div>
  );
}

function WindowControls({ presets, window, onWindow, valueUnit, disabled }: ToolbarProps): ReactNode {
  const id = useId();
  const preset = matchingPreset(presets, window);
  const edit = (part: Partial<GreyWindow>): void => onWindow(tidyWindow({ ...window, ...part }));
  return (
    <div className="vmv-group vmv-window" role="group" aria-label="Window of grey values">
      <select
        className="vmv-field"
        aria-label="Window preset"
        title="Window preset (w)"
        value={preset?.name ?? ''}
        disabled={disabled}
        onChange={(event) => {
          const chosen = presets.find(({ name }) => name === event.target.value);
          if (chosen) onWindow({ center: chosen.center, width: chosen.width });
        }}
      >
        {!preset && <option value="">Own window</option>}
        {presets.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <NumberField
        id={`${id}-width`}
        label="W"
        name={`Window width, ${valueUnit}`}
        value={window.width}
        min={0}
        disabled={disabled}
        onValue={(width) => edit({ width })}
      />
      <NumberField
        id={`${id}-center`}
        label="C"
        name={`Window center, ${valueUnit}`}
        value={window.center}
        disabled={disabled}
        onValue={(center) => edit({ center })}
      />
    </div>
  );
}

interface NumberFieldProps {
  readonly id: string;
  readonly label: string;
  readonly name: string;
  readonly value: number;
  readonly min?: number;
  readonly disabled: boolean;
  readonly onValue: (value: number) => void;
}

function NumberField({ id, label, name, value, min, disabled, onValue }: NumberFieldProps): ReactNode {
  return (
    <span className="vmv-number-field">
      <label htmlFor={id} title={name}>
        {label}
      </label>
      <input
        id={id}
        className="vmv-field vmv-number"
        type="number"
        aria-label={name}
        value={value}
        min={min}
        step="any"
        disabled={disabled}
        onChange={({ target }) => {
          // An emptied or half-typed field is not yet a number: wait for the rest.
          if (Number.isFinite(target.valueAsNumber) && (min === undefined || target.valueAsNumber > min))
            onValue(target.valueAsNumber);
        }}
      />
    </span>
  );
}
