// Fills the page: a shop's front page with some eighty links, as dense as such pages are.
const DEPARTMENTS = {
  Jackets: ["Rain", "Down", "Fleece", "Softshell", "Wind", "Parkas", "Vests"],
  Footwear: ["Hiking boots", "Trail running", "Approach", "Sandals", "Winter", "Insoles", "Laces"],
  Camping: ["Tents", "Sleeping bags", "Mats", "Stoves", "Cookware", "Lanterns", "Water filters"],
  Climbing: ["Ropes", "Harnesses", "Helmets", "Carabiners", "Shoes", "Chalk", "Crash pads"],
  Packs: ["Day packs", "Trekking", "Travel", "Ski touring", "Kids", "Dry bags", "Rain covers"],
  Cycling: ["Bikepacking", "Helmets", "Lights", "Panniers", "Tools", "Bottles", "Gloves"],
};
const PRODUCTS = ["Kestrel rain shell", "Talus boot GTX", "Lumen tent 2P", "Corrie down vest", "Moraine pack 38"];

const idOf = (text) => text.toLowerCase().replaceAll(/\W+/g, "-");

function add(parent, name, text, id) {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  if (id) element.id = id;
  if (name === "a") element.href = "#";
  parent.append(element);
  return element;
}

for (const text of ["Sale", ...Object.keys(DEPARTMENTS), "Brands", "Repair", "Journal"]) {
  add(document.querySelector("#categories"), "a", text, `category-${idOf(text)}`);
}
for (const [department, links] of Object.entries(DEPARTMENTS)) {
  const column = add(document.querySelector("#departments"), "div");
  add(column, "h2", department);
  for (const link of links) add(column, "a", link, `${idOf(department)}-${idOf(link)}`);
}
for (const [index, product] of PRODUCTS.entries()) {
  const card = add(document.querySelector("#products"), "article");
  add(card, "div", "", `picture-${index}`);
  add(card, "a", product, `product-${index}`);
  add(card, "span", `€ ${[189, 219, 349, 129, 164][index]}.00`);
  add(card, "button", "Add to basket").dataset.track = `add-${index}:basket`;
}
for (const text of ["Delivery", "Returns", "Size guide", "Gift cards", "Careers", "Press", "Imprint", "Privacy"]) {
  add(document.querySelector("#footer"), "a", text, `footer-${idOf(text)}`);
}
