/** The random text that sessions and heat map tokens are signed with, beside the admin token. The migration made it. */
export async function readSigningSalt(db: D1Database): Promise<string> {
  const salt = await db.prepare("SELECT salt FROM signing").first<string>("salt");
  if (salt === null) throw new Error("the table signing is empty");
  return salt;
}
