throw Object.assign(new RangeError('while it was loaded'), { code: 'E_SHOP' });
