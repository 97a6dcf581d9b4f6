import { useEffect, useState } from "react";
import { applyTheme, nextTheme, rememberedTheme, rememberTheme, type Theme } from "./theme.ts";

interface Look {
  readonly name: string;
  /** Of an icon, 24 units wide. */
  readonly outline: string;
  readonly filled?: string;
}

const looks: Readonly<Record<Theme, Look>> = {
  system: {
    name: "as the device",
    outline: "M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16Z",
    filled: "M12 4a8 8 0 0 1 0 16Z",
  },
  light: {
    name: "light",
    outline: "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8ZM12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22" +
      "M4.9 4.9l1.8 1.8M17.3 17.3l1.8 1.8M4.9 19.1l1.8-1.8M17.3 6.7l1.8-1.8",
  },
  dark: { name: "dark", outline: "M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5Z" },
};

/** Goes through the themes. */
export function ThemeButton() {
  const [theme, setTheme] = useState(rememberedTheme);
  useEffect(() => applyTheme(theme), [theme]);
  const choose = (chosen: Theme) => {
    setTheme(chosen);
    rememberTheme(chosen);
  };
  const { name, outline, filled } = looks[theme];
  const label = `Theme: ${name}. Change to ${looks[nextTheme(theme)].name}`;
  return (
    <button
      type="button"
      className="icon-button"
      data-theme-choice={theme}
      aria-label={label}
      title={label}
      onClick={() => choose(nextTheme(theme))}
    >
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
        <path d={outline} className="icon" />
        {filled !== undefined && <path d={filled} className="icon-fill" />}
      </svg>
    </button>
  );
}
