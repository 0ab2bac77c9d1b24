// Says in one line what is wrong where Node is too old. It must itself run on any Node, so: old syntax only.
const version = process.versions.node.split(".").map(Number);

if (version[0] < 22 || (version[0] === 22 && version[1] < 12)) {
  console.error("Tracker needs Node 22.12 or newer; this is " + process.version + ". See https://nodejs.org/");
  process.exit(1);
}
