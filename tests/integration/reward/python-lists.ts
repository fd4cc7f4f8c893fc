/** As much of NumPy as a printed reward needs, in lists of numbers: for computers without NumPy. */
export const lists = `
import math, operator

class Column:
    def __init__(self, values): self.values = values
    shape = property(lambda self: (len(self.values),))
    def __iter__(self): return iter(self.values)
    def any(self): return any(self.values)
    def astype(self, kind):
        import struct
        single = lambda x: struct.unpack("f", struct.pack("f", x))[0]
        return Column([single(x) for x in self.values]) if kind == "float32" else self

def each(f):
    def run(*args):
        n = next(len(a.values) for a in args if isinstance(a, Column))
        columns = [a.values if isinstance(a, Column) else [a] * n for a in args]
        def safe(*xs):
            try: return f(*xs)
            except ZeroDivisionError:
                a, b = xs
                return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)
            except (ValueError, OverflowError): return math.nan
        return Column([safe(*xs) for xs in zip(*columns)])
    return run

def power(x, y):
    value = x ** y
    return math.nan if isinstance(value, complex) else value

for name, f in dict(add=operator.add, sub=operator.sub, mul=operator.mul, truediv=operator.truediv,
                    pow=power, lt=operator.lt, le=operator.le, gt=operator.gt, ge=operator.ge,
                    eq=operator.eq, ne=operator.ne, **{"and": lambda a, b: a and b, "or": lambda a, b: a or b}).items():
    setattr(Column, f"__{name}__", each(f))
    setattr(Column, f"__r{name}__", each(lambda a, b, f=f: f(b, a)))
Column.__neg__ = each(operator.neg)
Column.__invert__ = each(operator.not_)

class Table:
    def __init__(self, rows): self.rows = rows
    shape = property(lambda self: (len(self.rows), len(self.rows[0])))
    def __getitem__(self, at): return Column([row[at[1]] for row in self.rows])

def array(values): return Table(values) if isinstance(values[0], list) else Column(values)

class xp: pass

nan_if = lambda f: lambda a, b: math.nan if math.isnan(a) or math.isnan(b) else f(a, b)
for name, f in dict(where=lambda c, a, b: a if c else b, abs=abs, isnan=math.isnan, isinf=math.isinf,
                    isfinite=math.isfinite, zeros_like=lambda x: 0.0, floor=math.floor, ceil=math.ceil,
                    trunc=math.trunc, sqrt=math.sqrt, exp=math.exp, expm1=math.expm1, log=math.log,
                    log1p=math.log1p, log2=math.log2, log10=math.log10, sin=math.sin, cos=math.cos,
                    tan=math.tan, tanh=math.tanh, sinh=math.sinh, cosh=math.cosh, arcsin=math.asin,
                    arccos=math.acos, arctan=math.atan, arctan2=math.atan2, fmod=math.fmod,
                    sign=lambda x: (x > 0) - (x < 0), maximum=nan_if(max), minimum=nan_if(min)).items():
    setattr(xp, name, staticmethod(each(f)))
xp.stack = staticmethod(lambda columns, axis: Table([list(row) for row in zip(*[c.values for c in columns])]))
`;
