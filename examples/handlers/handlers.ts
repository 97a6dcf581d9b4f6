import type { Validator } from "@heliograph/heliograph/validator";

/** What miners have said that they can do, by hotkey. */
const capabilities = new Map<string, readonly string[]>();

export default (validator: Validator): void => {
  validator.registerHandler("capabilities", async ({ hotkey, data }, { reply }) => {
    const { models } = data;
    if (!Array.isArray(models) || models.length > 20) {
      throw new TypeError("models: expected a list of at most 20");
    }
    capabilities.set(hotkey, models.map(String));
    await reply("capabilities_ack", { models: models.length, miners: capabilities.size });
  });
};
