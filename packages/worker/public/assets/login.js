// The link that `npm start` prints has the token in its fragment, which browsers send to nobody. It leaves the address bar and
// the history, and is posted as if it had been typed.
const link = new URLSearchParams(location.hash.slice(1));
const form = document.querySelector("form");
if (link.has("token")) {
  history.replaceState(null, "", location.pathname + location.search);
  form.elements.token.value = link.get("token");
  if (link.has("to")) form.elements.to.value = link.get("to");
  form.submit();
}
