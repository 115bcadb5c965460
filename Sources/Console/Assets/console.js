// Keeps a page fresh: fetches it again and swaps the parts marked data-live. A part in which somebody is typing, has
// opened a form, or has scrolled up to read, is left alone.
"use strict";

const everyMilliseconds = 5000;
const live = () => Array.from(document.querySelectorAll("[data-live]"));
const freshness = document.getElementById("freshness");
const stale = document.getElementById("stale");

// A decision answers with the overview itself; reloading that must not decide again.
if (document.querySelector("[data-notice]")) history.replaceState(null, "", "/");

function isInUse(part) {
    const focus = document.activeElement;
    const selection = document.getSelection();
    return (focus && focus !== document.body && !focus.hasAttribute("data-scroll") && part.contains(focus)) || part.querySelector("details[open]") !== null
        || Array.from(part.querySelectorAll("[data-scroll]")).some((box) => box.scrollTop < -24)
        || (selection && !selection.isCollapsed && part.contains(selection.anchorNode));
}

// What a person decides on must not be older than it looks.
function setStale(isStale) {
    stale.hidden = !isStale;
    document.body.classList.toggle("stale", isStale);
}

async function refresh() {
    try {
        const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, cache: "no-store" });
        if (!answer.ok) throw new Error(String(answer.status));
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of live()) {
            const fresh = page.getElementById(part.id);
            if (fresh && !isInUse(part) && fresh.innerHTML !== part.innerHTML) {
                part.replaceWith(document.adoptNode(fresh));
            }
        }
        const note = page.getElementById("freshness");
        if (note) freshness.textContent = note.textContent.replace("Shown", "Updated");
        setStale(false);
    } catch {
        setStale(true);
    }
}

if (live().length > 0) {
    setInterval(() => { if (!document.hidden) refresh(); }, everyMilliseconds);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
}
