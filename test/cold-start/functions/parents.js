exports.parent = module.parent?.filename;
exports.children = module.children.length;
