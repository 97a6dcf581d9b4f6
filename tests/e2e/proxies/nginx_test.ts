import { nginx } from "./proxy_kinds.ts";
import { testProxy } from "./proxy_cases.ts";

testProxy(nginx);
