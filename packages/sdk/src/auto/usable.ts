/** What visitors use: elements whose clicks count without being annotated. */
export const USABLE =
  "a[href],area[href],button,input,select,textarea,summary,[onclick],[role=button],[role=link],[role=tab],[role=option]," +
  "[role=switch],[role=checkbox],[role=radio],[role^=menuitem]";

/** Elements whose annotation says what their clicks count. */
export const ANNOTATED = "[data-track]:not([data-track-on])";

/** What a click on such an element counts; its DOM id is the element's key. */
export const AUTO_PING = { label: "click", category: "auto" };
