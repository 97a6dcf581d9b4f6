import { createContext, useContext, useSyncExternalStore } from "react";
import type { ChartedStream, DashboardModel } from "../model/dashboard_model.ts";
import type { History } from "../model/history.ts";
import type { Slice } from "../model/slice.ts";

/** The model of the page. */
export const ModelContext = createContext<DashboardModel | undefined>(undefined);

/** The model of the page around a component. */
export function useModel(): DashboardModel {
  const model = useContext(ModelContext);
  if (model === undefined) {
    throw new TypeError("Cannot use the model: the component is outside the dashboard");
  }
  return model;
}

/** A slice's value; draws the component again when it changes. */
export function useSlice<Value>(slice: Slice<Value>): Value {
  return useSyncExternalStore(slice.subscribe, () => slice.value);
}

/** What was measured of a stream, as far back as the charts go. */
export function useHistory(stream: ChartedStream): History {
  const model = useModel();
  return model.history(stream, useSlice(model.range));
}
