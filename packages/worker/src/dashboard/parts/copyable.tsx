/** A text with a button that copies it. */
export function Copyable({ id, label, text }: { id: string; label: string; text: string }) {
  return (
    <div class="copy">
      <pre tabindex={0} aria-label={label}>
        <code id={id}>{text}</code>
      </pre>
      <button type="button" data-copy={id}>
        Copy
      </button>
    </div>
  );
}
