let notice;

/** Asks the API about the page's site; undefined where it does not answer. Says so where the session is over. */
export async function askApi(path) {
  // A share link shows what was counted when it was opened.
  if (document.body.hasAttribute("data-shared")) return undefined;
  const site = new URLSearchParams(location.search).get("site");
  const answer = await fetch(`../api/${path}${site ? `&site=${encodeURIComponent(site)}` : ""}`).catch(() => undefined);
  if (answer?.status === 401) sayLoggedOut();
  else if (answer) notice?.remove();
  return answer?.ok ? answer.json() : undefined;
}

/** Numbers that stand still without a word would be taken for the latest. Goes away where one logs in again in another tab. */
function sayLoggedOut() {
  if (notice?.isConnected) return;
  const link = document.createElement("a");
  const folder = location.pathname.slice(location.pathname.lastIndexOf("/dashboard/"));
  link.href = `../login/?to=${encodeURIComponent(folder + location.search)}`;
  link.textContent = "Log in again";
  notice = document.createElement("p");
  notice.className = "notice failure";
  notice.role = "alert";
  notice.append("You are logged out, so the numbers here stand still. ", link, ".");
  document.getElementById("main").prepend(notice);
}
