import { secureHeaders } from "hono/secure-headers";

/**
 * What every HTML page is sent with. Scripts, styles and data come from the Worker alone and nothing is inline, so text that
 * got into a page by mistake cannot run. In pages: no `<script>` or `<style>` with content, no `style` or `on…` attributes
 * (setting `element.style` from a script is allowed).
 *
 * No Strict-Transport-Security: under a site's own domain that is the site's to decide.
 */
export const pageHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", "data:"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  // Not no-referrer: forms would then be sent with `Origin: null`.
  referrerPolicy: "same-origin",
  strictTransportSecurity: false,
  xFrameOptions: "DENY",
});
