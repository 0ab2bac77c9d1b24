import { batch, type Hostile } from "./request.ts";

export const IMAGES: Hostile[] = [
  { name: "an image of no labels", path: "/track.gif", status: 200 },
  { name: "an image of empty labels", path: "/track.gif?labels=", status: 200 },
  { name: "an image of a wrong label", path: "/track.gif?labels=:x", status: 400, code: "label_missing" },
  {
    name: "an image of a right label and a wrong one",
    path: "/track.gif?labels=right|:x",
    status: 200,
    counts: { "right::": 1 },
  },
  { name: "an image of bars", path: "/track.gif?labels=|||", status: 400 },
  {
    name: "an image of 1,001 labels",
    path: `/track.gif?labels=${"a|".repeat(1_001)}`,
    status: 400,
    code: "too_many_pings",
  },
  {
    name: "an image for another site",
    path: "/track.gif?labels=hostile&site=blog.example",
    status: 403,
    code: "site_not_yours",
  },
  {
    name: "an image on an unknown page",
    path: "/track.gif?labels=hostile",
    headers: { origin: null, referer: "https://evil.example/" },
    status: 403,
    code: "site_unknown",
  },
  {
    name: "an image with a wrong token",
    path: "/track.gif?labels=hostile",
    headers: { authorization: "Bearer wrong" },
    status: 401,
    code: "unauthorized",
  },
  { name: "HEAD of an image", method: "HEAD", path: "/track.gif?labels=hostile", status: 405 },
  ...["POST", "PUT", "DELETE"].map((method): Hostile => ({
    name: `${method} of an image`,
    method,
    path: "/track.gif?labels=hostile",
    body: batch(),
    status: 405,
    code: "method_not_allowed",
  })),
  {
    name: "an image for a bot",
    path: "/track.gif?labels=hostile",
    headers: { "cf-connecting-ip": "203.0.113.7", "user-agent": "curl/8.1" },
    status: 403,
    code: "bot",
  },
];
