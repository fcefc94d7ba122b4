/** The title of the tab: who looks elsewhere sees how many messages wait. */
export function documentTitle(room: string, unread: number): string {
  return `${unread > 0 ? `(${unread > 99 ? '99+' : unread}) ` : ''}${room} · Atrium`;
}
