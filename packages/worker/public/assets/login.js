// The link that `npm start` prints has the token in its fragment, which browsers send to nobody. It leaves the address bar and
// the history, and is posted as if it had been typed.
logInByLink();
// On this page already, a link that differs in its fragment loads nothing.
addEventListener("hashchange", logInByLink);

function logInByLink() {
  const link = new URLSearchParams(location.hash.slice(1));
  if (!link.has("token")) return;
  history.replaceState(null, "", location.pathname + location.search);
  const form = document.querySelector("form");
  form.elements.token.value = link.get("token");
  if (link.has("to")) form.elements.to.value = link.get("to");
  form.submit();
}
