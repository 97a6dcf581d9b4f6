interface DownloadProps {
  readonly label: string;
  /** Of the file. */
  readonly name: string;
  readonly make: () => Blob;
}

/** A button that gives a file, made when it is asked for. */
export function Download({ label, name, make }: DownloadProps) {
  const give = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(make());
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return <button type="button" className="button" onClick={give}>{label}</button>;
}
