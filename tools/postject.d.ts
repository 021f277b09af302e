/** The package brings no types of its own; this is what we use of it. */
declare module 'postject' {
  export function inject(file: string, name: string, content: Buffer, options: { sentinelFuse: string }): Promise<void>;
}
