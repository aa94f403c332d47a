import { Fragment, useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { Icon } from './icons.js';
import { ACTIONS, changeKey, keyHelp, POINTER_HELP } from './keyboard.js';
import type { Action, KeyHelp, KeyMap } from './keyboard.js';

export interface HelpSheetProps {
  readonly open: boolean;
  readonly keys: KeyMap;
  readonly onKeys: (keys: KeyMap) => void;
  readonly onResetKeys: () => void;
  readonly onClose: () => void;
}

/** Keys and gestures, over the viewer. The browser's own dialog keeps the focus inside and closes on Escape. */
export function HelpSheet({ open, keys, onKeys, onResetKeys, onClose }: HelpSheetProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [editing, setEditing] = useState<Action | null>(null);
  const [said, setSaid] = useState('');
  useEffect(() => {
    const element = dialog.current;
    if (open && !element?.open) element?.showModal();
    if (!open && element?.open) element.close();
  }, [open]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (editing === null || ['Tab', 'Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return;
    event.preventDefault(); // also keeps Escape from closing the sheet while a key is being chosen
    event.stopPropagation();
    if (event.key === 'Escape') {
      setEditing(null);
      setSaid('Not changed.');
      return;
    }
    const next = changeKey(keys, editing, event.key);
    if ('problem' in next && typeof next.problem === 'string') {
      setSaid(next.problem);
      return;
    }
    onKeys(next as KeyMap);
    setSaid(`${ACTIONS[editing].does}: ${(next as KeyMap)[editing]}`);
    setEditing(null);
  };

  return (
    <dialog
      ref={dialog}
      className="vmv-help"
      aria-label="Keyboard and mouse"
      onClose={() => {
        setEditing(null);
        setSaid('');
        onClose();
      }}
      onCancel={(event) => editing !== null && event.preventDefault()}
      onKeyDown={onKeyDown}
    >
      {open && (
        <>
          <div className="vmv-card-head">
            <h2>Keyboard and mouse</h2>
            <button type="button" className="vmv-button vmv-small" aria-label="Close" onClick={onClose}>
              <Icon name="close" />
            </button>
          </div>
          <p className="vmv-note">
            Keys work while the viewer has the focus: click a plane, or reach it with Tab. Press a key in the list to
            change it; changes stay in this browser.{' '}
            <button
              type="button"
              className="vmv-link"
              onClick={() => {
                onResetKeys();
                setEditing(null);
                setSaid('All keys are as they were.');
              }}
            >
              Reset all keys
            </button>
          </p>
          <p className="vmv-key-said" role="status">
            {editing ? `Press the new key for “${ACTIONS[editing].does}”, or Escape. ` : ''}
            {said}
          </p>
          <div className="vmv-help-columns">
            {keyHelp(keys).map(({ title, keys: lines }) => (
              <section key={title}>
                <h3>{title}</h3>
                <dl>
                  {lines.map((line) => (
                    <div key={line.does}>
                      <dt>
                        <Caps
                          line={line}
                          editing={line.action !== undefined && line.action === editing}
                          onEdit={(action) => {
                            setEditing(action);
                            setSaid('');
                          }}
                        />
                      </dt>
                      <dd>{line.does}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
            <section>
              <h3>Mouse and touch</h3>
              <dl>
                {POINTER_HELP.map(({ gesture, does }) => (
                  <div key={gesture}>
                    <dt>{gesture}</dt>
                    <dd>{does}</dd>
                  </div>
                ))}
              </dl>
            </section>
          </div>
        </>
      )}
    </dialog>
  );
}

function Caps({
  line: { caps, between, action, does },
  editing,
  onEdit,
}: {
  readonly line: KeyHelp;
  readonly editing: boolean;
  readonly onEdit: (action: Action) => void;
}): ReactNode {
  if (action) {
    return (
      <button
        type="button"
        className="vmv-key"
        aria-label={`${does}: ${caps[0]}. Change the key`}
        title="Change the key"
        aria-pressed={editing}
        onClick={() => onEdit(action)}
      >
        <kbd>{editing ? '…' : caps[0]}</kbd>
      </button>
    );
  }
  return caps.map((cap, n) => (
    <Fragment key={cap}>
      {n > 0 && ` ${between ?? ''} `}
      <kbd>{cap}</kbd>
    </Fragment>
  ));
}
