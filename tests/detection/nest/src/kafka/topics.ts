export const PRODUCT_CHANGED = 'masterdata.product.changed';
export const TOPICS = [PRODUCT_CHANGED];
