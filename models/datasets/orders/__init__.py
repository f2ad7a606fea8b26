"""What was bought together, as shops export it: looks, order lines, exports of Shopify, Google Analytics and H&M."""
