export const tail = async (): Promise<number> => 1
