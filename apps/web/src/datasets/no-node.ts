/** In place of modules of Node that compiled code names and a browser never loads. */
export default {};
