interface RowButtonProps {
  /** The field that the form sends, and what it says. */
  name: string;
  value: string;
  text: string;
  /** What it does to which row, for screen readers. */
  label: string;
}

/** A form of one button, which does something to the row of a table that it stands in. */
export function RowButton({ name, value, text, label }: RowButtonProps) {
  return (
    <form method="post">
      <button class="quiet" name={name} value={value} aria-label={label}>
        {text}
      </button>
    </form>
  );
}
