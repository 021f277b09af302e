/**
 * By which a process is asked to stop, and then finishes the message in flight: by a service manager, by Ctrl+C, and by a
 * terminal that closes. Node takes no notice of `nohup`, which would let it outlive that terminal.
 */
export const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
