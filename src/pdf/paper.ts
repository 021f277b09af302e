/** Points in a millimetre. */
export const MM = 72 / 25.4;

/** A place on the paper in millimetres, from its top left corner. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A4, and what a letter leaves free at its edges. The left edge is for the hole punch. */
export const PAPER = { width: 210, height: 297, left: 25, right: 20, bottom: 21, foot: 284 } as const;

/** Where the parts of a first page stand. */
export interface Sheeting {
  /** What shows through the window of the envelope. */
  window: Place;
  /** The return line and the lines of the address, with three millimetres of play inside the window where the paper allows. */
  address: Place;
  sender: Place;
  facts: Place;
  /** Where the subject begins. */
  text: number;
  /** Where to fold, and where to punch. */
  marks: { y: number; length: number }[];
}

/**
 * The two letters that fit the usual window envelopes (DOMAIN §2). Left: DIN 5008 form B, address field 20/45, 85 × 45 mm,
 * whose first 17.7 mm hold the return line; it also fits the window of a UK DL. Right: NF Z 11-001, address field 100/35,
 * 100 × 45 mm with the inner window 110/55, 85 × 33 mm; with the text from 113 mm it shows in the Swiss window (112/45) too.
 */
export const SHEETINGS: Readonly<Record<'left' | 'right', Sheeting>> = {
  left: {
    window: { x: 20, y: 45, width: 85, height: 45 },
    address: { x: 25, y: 57, width: 77, height: 31.5 },
    sender: { x: 25, y: 15, width: 165, height: 27 },
    facts: { x: 125, y: 50, width: 65, height: 48 },
    text: 103.4,
    marks: [
      { y: 105, length: 4 },
      { y: 148.5, length: 6 },
      { y: 210, length: 4 },
    ],
  },
  right: {
    window: { x: 110, y: 55, width: 85, height: 33 },
    address: { x: 113, y: 56, width: 77, height: 31 },
    sender: { x: 25, y: 15, width: 72, height: 32 },
    facts: { x: 25, y: 56, width: 70, height: 42 },
    text: 103.4,
    marks: [
      { y: 99, length: 4 },
      { y: 148.5, length: 6 },
      { y: 198, length: 4 },
    ],
  },
};

/** Where the marks begin: a printer reaches no nearer to the edge. */
export const MARKS_FROM = 4;

/** Where the text of a following page begins, below its short head. */
export const FOLLOWING = { head: 15, text: 32 } as const;
