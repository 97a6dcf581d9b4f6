/** Is told how far something is; `all` is what it will come to, as far as that is known. */
export type Progress = (done: number, all: number) => void;
