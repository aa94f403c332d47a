import { Fragment, useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Icon } from './icons.js';
import { KEY_HELP, POINTER_HELP } from './keyboard.js';

/** Keys and gestures, over the viewer. The browser's own dialog keeps the focus inside and closes on Escape. */
export function HelpSheet({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (open && !element?.open) element?.showModal();
    if (!open && element?.open) element.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="vmv-help" aria-labelledby="vmv-help-title" onClose={onClose}>
      <div className="vmv-card-head">
        <h2 id="vmv-help-title">Keyboard and mouse</h2>
        <button type="button" className="vmv-button vmv-small" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <p className="vmv-note">Keys work while the viewer has the focus: click a plane, or reach it with Tab.</p>
      <div className="vmv-help-columns">
        {KEY_HELP.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(({ caps, between, does }) => (
                <div key={does}>
                  <dt>
                    {caps.map((cap, n) => (
                      <Fragment key={cap}>
                        {n > 0 && ` ${between ?? ''} `}
                        <kbd>{cap}</kbd>
                      </Fragment>
                    ))}
                  </dt>
                  <dd>{does}</dd>
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
    </dialog>
  );
}
