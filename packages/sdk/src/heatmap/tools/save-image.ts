/** How long the browser gets to draw the page without the panel, and to take away its own question. */
const SETTLE_MS = 300;

/**
 * Saves a picture of what is seen of the page, boxes included, as PNG. The browser asks whether it may.
 *
 * @throws Error with words for people, where it cannot or may not.
 */
export async function saveImage(name: string): Promise<void> {
  const { mediaDevices } = navigator;
  if (typeof ImageCapture == "undefined" || !mediaDevices?.getDisplayMedia) {
    throw new Error("This browser takes no pictures of its own pages. Take a screenshot, or print.");
  }
  const stream = await mediaDevices
    .getDisplayMedia({ preferCurrentTab: true } as DisplayMediaStreamOptions)
    .catch(() => {
      throw new Error("No picture: the browser was not allowed to take one.");
    });
  const [track] = stream.getVideoTracks();
  try {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const bitmap = await new ImageCapture(track!).grabFrame();
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
    canvas.getContext("2d")!.drawImage(bitmap, 0, 0);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob!), download: name });
    link.click();
    URL.revokeObjectURL(link.href);
  } finally {
    track!.stop();
  }
}
