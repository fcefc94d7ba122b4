// The entry of the call page.
export {};
