// The manual is data, so that `--help` and docs/cli.md say the same. Texts are plain English; code stands between backticks,
// a blank line ends a paragraph, and other white space counts for nothing.

/** One option of a command. */
export interface Option {
  /** Without its dashes. */
  name: string;
  /** What has to follow it, such as `DAY`; a switch has nothing. */
  argument?: string;
  /** The value that holds where it is left out, as one would write it. */
  standard?: string;
  meaning: string;
  /** The forms of the command that know it, by their first word; all, unless it says so. */
  forms?: readonly string[];
}

/** One line that somebody may type as it stands, and what it is for. */
export interface Example {
  line: string;
  meaning: string;
}

/** All that there is to say about one command. */
export interface Page {
  name: string;
  /** One line for the overview, without a full stop. */
  summary: string;
  /** What follows the name, one for each way to call it: `INVOICE`, or nothing. */
  forms: readonly string[];
  description: string;
  options: readonly Option[];
  /** What goes to stdout. */
  output: string;
  /** What an exit code means here, where that is more than it always means. */
  exits?: Readonly<Record<number, string>>;
  examples: readonly Example[];
}

/** One variable of the environment. */
export interface Variable {
  name: string;
  /** The value that holds where it is not set, as one would write it. */
  standard?: string;
  /** What holds where it is not set, when that is no value to write. */
  otherwise?: string;
  meaning: string;
}

/** One file or folder inside the data folder. */
export interface DataFile {
  name: string;
  meaning: string;
}

/** `--json` means the same wherever it is known. */
export const JSON_OPTION: Option = { name: 'json', meaning: 'One JSON document on stdout instead of lines of text.' };
