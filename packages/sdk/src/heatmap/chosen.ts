/** What a link has chosen, and the tab's storage. */
export interface Chosen {
  token?: string;
  days?: number;
  from?: string;
  to?: string;
  /** `all`: the counts over all pages, where pages count apart. */
  pages?: string;
  /** `change` or `rate` in place of clicks. */
  show?: string;
  category?: string;
  search?: string;
}
