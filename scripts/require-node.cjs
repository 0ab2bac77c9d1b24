// Says in one line what this machine lacks. It must itself run on any Node, so: old syntax only.
const [major, minor] = process.versions.node.split(".").map(Number);

// Since these, Node runs TypeScript: https://nodejs.org/api/typescript.html
if (major < 22 || (major === 22 && minor < 18) || (major === 23 && minor < 6)) {
  fail("Tracker needs Node 22.18 or newer; this is " + process.version + ". See https://nodejs.org/");
}

if (process.platform === "linux") {
  process.report.excludeNetwork = true;
  const glibc = process.report.getReport().header.glibcVersionRuntime;
  const [, release] = (glibc || "2.0").split(".").map(Number);
  if (release < 35) {
    fail(
      "Tracker runs Cloudflare's workerd, which needs glibc 2.35 or newer; this Linux has " +
        (glibc ? "glibc " + glibc : "another C library") +
        ". Debian 12, Ubuntu 22.04 and Fedora 36 have it.",
    );
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
