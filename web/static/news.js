// Keeps the number of unread messages in the header fresh while somebody looks; the page says it without this as well.
const badge = document.querySelector("[data-unread]");

async function ask() {
  if (document.hidden) return;
  const answer = await fetch("/inbox/unread", { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const { unread } = await answer.json();
  badge.textContent = unread > 99 ? "99+" : unread;
  badge.hidden = unread === 0;
}

setInterval(ask, 15000);
document.addEventListener("visibilitychange", ask);
