/** Where a built file stands, from the module that names it. */
declare const address: string;
export default address;
