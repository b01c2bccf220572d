export const publish = async (): Promise<number> => 1
