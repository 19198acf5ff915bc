// libpng. Swift uses only its simplified interface (png_image_…), which reports errors in a
// structure; the full interface reports them by longjmp, which must not cross Swift frames.
#include <png.h>
