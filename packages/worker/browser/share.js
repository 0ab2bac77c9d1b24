/** Makes the share links of a page copy themselves. Without this the form leads to a page that shows the link. */
export function copyShareLinks() {
  for (const form of document.querySelectorAll("[data-share]")) {
    form.addEventListener("submit", (event) => {
      if (event.submitter?.name !== "hours") return;
      event.preventDefault();
      void copyLink(form, event.submitter);
    });
  }
}

async function copyLink(form, button) {
  const status = form.querySelector("[role=status]");
  const body = new URLSearchParams(new FormData(form, button));
  const answer = await fetch(form.action, { method: "POST", headers: { accept: "application/json" }, body }).catch(
    () => undefined,
  );
  if (!answer?.ok) {
    const refused = await answer?.json().catch(() => undefined);
    status.textContent = `No link was made${refused ? `: ${refused.error.message}` : ""}.`;
    return;
  }
  const { url, until } = await answer.json();
  try {
    await navigator.clipboard.writeText(url);
    status.textContent = `Copied. It ends ${until}.`;
  } catch {
    // The browser does not let a page copy: it is shown to be copied by hand.
    const field = document.createElement("input");
    field.readOnly = true;
    field.value = url;
    field.ariaLabel = "Share link";
    status.replaceChildren(`It ends ${until}. Copy it: `, field);
    field.select();
  }
}
