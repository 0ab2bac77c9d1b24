// A share link has its token in the fragment, which browsers send to nobody. It is posted, and stays in the address of the view.
const form = document.querySelector("form");
const token = location.hash.slice(1);
// Without cookies the view would lead back here for ever.
if (form && token.startsWith("trk_") && navigator.cookieEnabled) {
  form.action = location.pathname + location.hash;
  form.elements.token.value = token;
  form.submit();
}
