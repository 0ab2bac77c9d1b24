import type { ChangesParameters } from "../../http/read-changes.ts";

/** Why a list is empty. @param what One of the list, such as `label`. */
export function NothingFound(props: { parameters: ChangesParameters; what: string }) {
  const { parameters, what } = props;
  const { show, search } = parameters;
  if (search) {
    return (
      <p class="nothing">
        No {what} contains “{search}”.
      </p>
    );
  }
  if (show) return <p class="nothing">No {what} changed like this by more than chance.</p>;
  return <p class="nothing">Nothing was counted in this period.</p>;
}
