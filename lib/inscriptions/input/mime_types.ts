/** What each type is when nothing else tells: extensions of file names, the first being the usual one. */
const extensions: Record<string, string> = {
  "application/gzip": "gz",
  "application/javascript": "js mjs",
  "application/json": "json",
  "application/msword": "doc",
  "application/octet-stream": "fbx bin",
  "application/pdf": "pdf",
  "application/postscript": "ps eps ai",
  "application/rtf": "rtf",
  "application/sql": "sql",
  "application/toml": "toml",
  "application/typescript": "ts typescript",
  "application/vnd.adobe.photoshop": "psd",
  "application/vnd.android.package-archive": "apk",
  "application/vnd.ms-excel": "xls",
  "application/vnd.ms-fontobject": "eot",
  "application/vnd.ms-powerpoint": "ppt",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.rar": "rar",
  "application/wasm": "wasm",
  "application/x-7z-compressed": "7z",
  "application/x-httpd-php": "php",
  "application/x-sqlite3": "sqlite db",
  "application/x-tar": "tar",
  "application/xml": "xml",
  "application/yaml": "yaml yml",
  "application/zip": "zip",
  "audio/aac": "aac",
  "audio/flac": "flac",
  "audio/mp4": "m4a",
  "audio/mpeg": "mp3",
  "audio/ogg": "ogg oga",
  "audio/wav": "wav",
  "audio/webm": "weba",
  "font/otf": "otf",
  "font/ttf": "ttf",
  "font/woff": "woff",
  "font/woff2": "woff2",
  "image/avif": "avif",
  "image/bmp": "bmp",
  "image/gif": "gif",
  "image/heic": "heic",
  "image/heif": "heif",
  "image/jpeg": "jpg jpeg",
  "image/jxl": "jxl",
  "image/png": "png",
  "image/svg+xml": "svg",
  "image/tiff": "tiff tif",
  "image/webp": "webp",
  "image/x-icon": "ico",
  "model/gltf+json": "gltf",
  "model/gltf-binary": "glb",
  "model/obj": "obj",
  "model/stl": "stl",
  "model/vnd.usdz+zip": "usdz",
  "text/calendar": "ics",
  "text/css": "css",
  "text/csv": "csv",
  "text/html": "html htm",
  "text/jsx": "jsx",
  "text/markdown": "md markdown",
  "text/plain": "txt",
  "text/tsx": "tsx",
  "text/vcard": "vcf",
  "text/x-go": "go",
  "text/x-java-source": "java",
  "text/x-python": "py",
  "text/x-ruby": "rb",
  "text/x-rust": "rs",
  "video/mp4": "mp4 m4v",
  "video/mpeg": "mpg mpeg",
  "video/quicktime": "mov",
  "video/webm": "webm",
  "video/x-matroska": "mkv",
  "video/x-msvideo": "avi",
};

/** Other names under which known types go about. */
const aliases: Record<string, string> = {
  "application/ecmascript": "application/javascript",
  "application/eps": "application/postscript",
  "application/x-gzip": "application/gzip",
  "application/x-javascript": "application/javascript",
  "application/x-rar-compressed": "application/vnd.rar",
  "application/x-yaml": "application/yaml",
  "application/x-zip-compressed": "application/zip",
  "audio/mp3": "audio/mpeg",
  "audio/vnd.wave": "audio/wav",
  "audio/wave": "audio/wav",
  "audio/x-flac": "audio/flac",
  "audio/x-m4a": "audio/mp4",
  "audio/x-wav": "audio/wav",
  "image/apng": "image/png",
  "image/heic-sequence": "image/heic",
  "image/heif-sequence": "image/heif",
  "image/jpg": "image/jpeg",
  "image/vnd.adobe.photoshop": "application/vnd.adobe.photoshop",
  "image/vnd.microsoft.icon": "image/x-icon",
  "text/javascript": "application/javascript",
  "text/rtf": "application/rtf",
  "text/typescript": "application/typescript",
  "text/x-markdown": "text/markdown",
  "text/xml": "application/xml",
  "text/yaml": "application/yaml",
  "video/matroska": "video/x-matroska",
  "video/vnd.avi": "video/x-msvideo",
  "video/x-m4v": "video/mp4",
};

const byExtension = new Map(
  Object.entries(extensions).flatMap(([type, names]) =>
    names.split(" ").map((name) => [name, type] as const)
  ),
);

/** The type of what nothing is known about. */
export const unknownType = "application/octet-stream";

/** All types that are taken. */
export const mimeTypes: readonly string[] = Object.keys(extensions);

/** The name under which a type is taken, parameters left out; undefined when it is not one of {@link mimeTypes}. */
export function canonicalType(type: string): string | undefined {
  const bare = type.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const name = Object.hasOwn(aliases, bare) ? aliases[bare] : bare;
  return name !== undefined && Object.hasOwn(extensions, name) ? name : undefined;
}

/** The type that a file's name speaks for. */
export function typeOfName(fileName: string): string | undefined {
  return byExtension.get(fileName.toLowerCase().split(".").slice(1).pop() ?? "");
}

/** The usual extension of a type. */
export function extensionOf(type: string): string {
  return extensions[type]?.split(" ", 1)[0] ?? "bin";
}
