import { useEffect, useId, useRef, useState, type ReactNode } from 'react';

/** A button that shows a small panel of links below it. Escape, a click elsewhere or leaving with Tab closes it. */
export function Disclosure({
  label,
  button,
  className = '',
  children,
}: {
  readonly label: string;
  readonly button: ReactNode;
  readonly className?: string;
  readonly children: (close: () => void) => ReactNode;
}): ReactNode {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const panelId = useId();

  useEffect(() => {
    if (!open) return;
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [open]);

  return (
    <div
      className={`disclosure ${className}`}
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        setOpen(false);
        trigger.current?.focus();
      }}
    >
      <button
        ref={trigger}
        type="button"
        className="disclosure-button"
        aria-expanded={open}
        aria-controls={panelId}
        onClick={() => setOpen(!open)}
      >
        <span className="visually-hidden">{label}</span>
        <span className="disclosure-face" aria-hidden="true">
          {button}
        </span>
      </button>
      <div id={panelId} className="disclosure-panel" hidden={!open}>
        {children(() => setOpen(false))}
      </div>
    </div>
  );
}
