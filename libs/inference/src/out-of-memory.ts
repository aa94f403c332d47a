/** Does the text say "no memory" in the words of V8, the C++ library or ONNX Runtime? */
export function ranOutOfMemory(text: string): boolean {
  return /bad_alloc|bad allocation|heap out of memory|Array buffer allocation failed|[Ff]ailed to allocate|[Oo]ut of memory|Cannot allocate memory/.test(
    text,
  );
}
