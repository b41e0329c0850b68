"""How the kernels' loops are compiled: at their first call, so that nothing but a call needs the
compiler, whose import alone takes 0.2 s."""

from collections.abc import Callable
from functools import cache, cached_property, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

Whole = Any
"""A number in compiled code, of whatever width and sign the expression around it gives."""

Taken = ParamSpec("Taken")
Given = TypeVar("Given")


def compiled(function: Callable[Taken, Given]) -> Callable[Taken, Given]:
    """Machine code that releases the interpreter's lock, kept on disk from the first call on: a
    cold compile takes seconds. Where no folder can be written it is compiled in every process;
    NUMBA_CACHE_DIR names one."""
    return Compiled(function)


class Compiled(Generic[Taken, Given]):
    """A function and, from the first call on, its machine code. Compiled functions may call it."""

    def __init__(self, function: Callable[Taken, Given]) -> None:
        self._function = function
        update_wrapper(self, function)

    def __call__(self, *given: Taken.args, **named: Taken.kwargs) -> Given:
        return self.machine_code(*given, **named)

    @cached_property
    def machine_code(self) -> Callable[Taken, Given]:
        """Numba's dispatcher."""
        from numba import njit

        _let_compiled_functions_call_each_other()
        made: Callable[Taken, Given]
        try:
            made = njit(nogil=True, cache=True)(self._function)
        except RuntimeError:
            made = njit(nogil=True)(self._function)
        return made


@cache
def _let_compiled_functions_call_each_other() -> None:
    """Numba takes one of ours, met in code that it compiles, for the dispatcher it stands for."""
    from numba.extending import typeof_impl

    @typeof_impl.register(Compiled)
    def of_dispatcher(value: Compiled[..., Any], context: object) -> Any:
        return typeof_impl(value.machine_code, context)
