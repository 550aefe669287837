/** Takes from letters what people leave out when they search: case, marks, the dot of the Turkish i. */
export function fold(text: string): string {
  return text.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('ı', 'i');
}
