"use strict";
// Asks before a page is left on which a list of plugin items was edited: a search, a
// filter, a heading or a link would forget the edits. The list works without it, too.
{
    const prefix = "initial-";
    const isEdited = (initial) => {
        const field = initial.form.elements[initial.name.slice(prefix.length)];
        return field && field.value !== initial.value;
    };
    const hasEdits = () => Array.from(
        document.querySelectorAll(`#changelist-form input[name^='${prefix}']`)
    ).some(isEdited);
    let isSent = false;

    document.addEventListener("submit", (event) => {
        // What becomes of edits then is the server's to say.
        isSent = event.target.id === "changelist-form" && !event.defaultPrevented;
    });
    window.addEventListener("pageshow", () => {
        isSent = false;
    });
    window.addEventListener("beforeunload", (event) => {
        if (!isSent && hasEdits()) {
            event.preventDefault();
            event.returnValue = "";
        }
    });
}
