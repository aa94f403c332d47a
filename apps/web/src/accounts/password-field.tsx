import type { ReactNode } from 'react';
import { password as passwordSchema } from '#contracts';
import { TextField } from '../ui/field.js';

/** What is wrong with a new password, or null. The rule is the contract's own. */
export function passwordFault(password: string): string | null {
  if (password === '') return null;
  const parsed = passwordSchema.safeParse(password);
  if (parsed.success) return null;
  const first = parsed.error.issues[0].message;
  return `${first.charAt(0).toUpperCase()}${first.slice(1)}${first.endsWith('.') ? '' : '.'}`;
}

/** A new password with its rule; the browser may propose one. */
export function NewPasswordField({
  value,
  onChange,
  label = 'New password',
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label?: string;
}): ReactNode {
  return (
    <TextField
      label={label}
      type="password"
      name="new-password"
      autoComplete="new-password"
      required
      minLength={10}
      maxLength={200}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      hint="At least 10 characters; a few unrelated words do well."
      error={passwordFault(value)}
    />
  );
}
