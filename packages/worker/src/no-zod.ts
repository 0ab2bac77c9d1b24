/** In Zod's place, see [alias] in wrangler.toml: what would be asked of it, were there a Zod schema. */
export const toJSONSchema = undefined;
