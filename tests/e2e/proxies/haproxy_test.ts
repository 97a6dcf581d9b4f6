import { haproxy } from "./haproxy.ts";
import { testProxy } from "./proxy_cases.ts";

testProxy(haproxy);
