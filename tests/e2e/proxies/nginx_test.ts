import { nginx } from "./nginx.ts";
import { testProxy } from "./proxy_cases.ts";

testProxy(nginx);
