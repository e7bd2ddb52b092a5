"""Words that targets keep for themselves: no variable can have their names."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


C = _words(
    """
    auto break case char const continue default do double else enum extern float for goto if
    inline int long register restrict return short signed sizeof static struct switch typedef
    union unsigned void volatile while bool true false main asm typeof NAN INFINITY j0 j1 jn y0 y1
    yn gamma signgam NULL gradient hessian errno nullptr constexpr alignas alignof thread_local
    M_E M_LOG2E M_LOG10E M_LN2 M_LN10 M_PI M_PI_2 M_PI_4 M_1_PI M_2_PI M_2_SQRTPI M_SQRT2
    M_SQRT1_2 HUGE_VAL HUGE_VALF HUGE_VALL MAXFLOAT FP_NAN FP_INFINITE FP_ZERO FP_SUBNORMAL
    FP_NORMAL DOMAIN SING OVERFLOW UNDERFLOW PLOSS TLOSS X_TLOSS MATH_ERRNO MATH_ERREXCEPT
    math_errhandling unix linux i386
    """
)

CPP = _words(
    """
    alignas alignof and and_eq asm bitand bitor catch char16_t char32_t char8_t class compl
    concept const_cast constexpr consteval constinit co_await co_return co_yield decltype delete
    dynamic_cast explicit export false friend mutable namespace new noexcept not not_eq nullptr
    operator or or_eq private protected public reinterpret_cast requires static_assert static_cast
    template this thread_local throw true try typeid typename using virtual wchar_t xor xor_eq std
    """
)

RUST = _words(
    """
    as async await break const continue crate dyn else enum extern false fn for gen if impl in let
    loop match mod move mut pub ref return self Self static struct super trait true type unsafe
    use where while abstract become box do final macro override priv try typeof unsized virtual
    yield f64 std union
    """
)

JS = _words(
    """
    arguments await break case catch class const continue debugger default delete do else enum
    eval export extends false finally for function if implements import in instanceof interface
    let new null package private protected public return static super switch this throw true try
    typeof undefined var void while with yield async of NaN Infinity Math
    """
)

JULIA = _words(
    """
    baremodule begin break catch const continue do else elseif end export false finally for
    function global if import in isa let local macro module mutable outer public quote return
    struct true try type using where while abstract primitive im Inf NaN missing nothing float
    Real Float64 permutedims hcat SpecialFunctions ans
    """
)

MATLAB = _words(
    """
    break case catch classdef continue else elseif end for function global if otherwise parfor
    persistent return spmd switch try while arguments enumeration events methods properties import
    do until unwind_protect unwind_protect_cleanup end_try_catch end_unwind_protect endfor endif
    endfunction endswitch endwhile endparfor end_do
    i j I J e E eps inf Inf nan NaN NA ans true false isreal gradient hessian
    """
)

R = _words(
    """
    if else repeat while function for next break in TRUE FALSE NULL Inf NaN NA NA_integer_
    NA_real_ NA_complex_ NA_character_ pi rows
    """
)

SQL = _words(
    """
    abort action add all alter analyze and any as asc at attach authorization auto begin between
    binary both by cascade case cast check collate column commit concurrently constraint create
    cross current current_date current_time current_timestamp current_user database default
    deferrable delete desc describe distinct do drop else end escape except exclude execute exists
    explain fail false fetch filter first following for foreign freeze from full generated glob
    grant group grouping groups having if ignore ilike immediate in index indexed initially inner
    insert intersect into is isnull join key lambda last lateral leading left like limit localtime
    localtimestamp match materialized natural no not nothing notnull null nulls of offset on only
    or order others outer over overlaps partition pivot placing plan pragma preceding primary
    qualify query raise range recursive references regexp reindex release rename replace restrict
    returning right rollback row rows savepoint select semi session_user set show similar some
    summarize symmetric table tablesample temp then ties to trailing transaction trigger true
    try_cast unbounded union unique unpivot update user using vacuum values variadic verbose view
    virtual when where window with without oid rowid _rowid_ anti positional asof
    """
)
