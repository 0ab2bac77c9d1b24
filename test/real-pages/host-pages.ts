// Pages around parts of libraries, where npm has no whole page.

const HEAD = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">`;

/** Shoelace's components; each is in a shadow root, and its links and buttons in another. */
export const WEB_COMPONENTS = `${HEAD}<title>Shoelace</title>
<link rel="stylesheet" href="/npm/@shoelace-style/shoelace/cdn/themes/light.css">
<script type="module" src="/npm/@shoelace-style/shoelace/cdn/shoelace.js"></script></head>
<body style="font-family: sans-serif; max-width: 60rem; margin: 1rem auto">
<h1>Account</h1>
<sl-breadcrumb><sl-breadcrumb-item href="/a">Home</sl-breadcrumb-item><sl-breadcrumb-item>Account</sl-breadcrumb-item></sl-breadcrumb>
<sl-tab-group>
  <sl-tab slot="nav" panel="profile">Profile</sl-tab><sl-tab slot="nav" panel="mail">Mail</sl-tab>
  <sl-tab-panel name="profile">
    <sl-input label="Name"></sl-input><br>
    <sl-radio-group label="Plan" value="a"><sl-radio-button value="a">Free</sl-radio-button><sl-radio-button value="b">Team</sl-radio-button></sl-radio-group><br>
    <sl-checkbox>News</sl-checkbox> <sl-switch>Dark</sl-switch><br><br>
    <sl-button variant="primary">Save</sl-button> <sl-button href="/cancel">Cancel</sl-button>
    <sl-button-group label="Align"><sl-button>Left</sl-button><sl-button>Right</sl-button></sl-button-group>
    <sl-icon-button label="Settings" src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'/%3E"></sl-icon-button>
  </sl-tab-panel>
  <sl-tab-panel name="mail">Nothing.</sl-tab-panel>
</sl-tab-group>
<sl-details summary="More"><a href="/terms">Terms</a></sl-details>
<sl-card><a href="/card">A card</a><div slot="footer"><sl-rating></sl-rating><sl-button size="small">Buy</sl-button></div></sl-card>
</body></html>`;

/** Prototype.js, which gives every array, function, string and element methods of its own; and what 1.6 does beyond it. */
export const PROTOTYPE = `${HEAD}<title>Prototype</title><script src="/prototype.js"></script>
<script>
  Array.prototype.toJSON = function () { return "[" + this.map(Object.toJSON).join(", ") + "]"; };
  String.prototype.toJSON = function () { return this.inspect(true); };
</script></head>
<body><ul id="menu"></ul><form id="order"><input name="amount"><select name="size"><option>S<option>L</select>
<label><input type="checkbox" name="gift">Gift</label><input type="submit" value="Order"></form>
<p id="log"></p><a href="#top" onclick="return false">Up</a> <button type="button">Plain</button>
<script>
  document.observe("dom:loaded", function () {
    $w("Home Shop News Contact").each(function (name) {
      $("menu").insert(new Element("li").insert(new Element("a", { href: "/" + name.toLowerCase() }).update(name)));
    });
    $$("a, button").invoke("observe", "click", function (event) { $("log").update(event.findElement().inspect().escapeHTML()); });
    $("order").observe("submit", Event.stop);
  });
</script></body></html>`;

/** Dialogs and popovers, as browsers have them, in Pico's styles. */
export const DIALOGS = `${HEAD}<title>Dialogs</title><link rel="stylesheet" href="/npm/@picocss/pico/css/pico.min.css"></head>
<body><header class="container"><nav><ul><li><strong>Shop</strong></li></ul><ul><li><a href="/about">About</a></li><li><button popovertarget="menu">Menu</button></li></ul></nav></header>
<div popover id="menu"><ul><li><a href="/one">One</a></li><li><a href="/two">Two</a></li></ul><button popovertarget="menu" popovertargetaction="hide">Hide</button></div>
<main class="container"><h1>Orders</h1><button id="open">Delete…</button> <button class="secondary">Keep</button>
<details><summary>More</summary><a href="/more">More still</a></details>
<details class="dropdown"><summary>Sort</summary><ul><li><a href="#new">New</a></li><li><a href="#old">Old</a></li></ul></details></main>
<dialog id="ask"><article><h2>Delete?</h2><p>Nothing brings it back.</p><footer><button class="secondary" id="no">No</button><button id="yes">Yes</button></footer></article></dialog>
<script>
  const ask = document.getElementById("ask");
  document.getElementById("open").onclick = () => ask.show();
  for (const id of ["no", "yes"]) document.getElementById(id).onclick = () => ask.close();
</script></body></html>`;
